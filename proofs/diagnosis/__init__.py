"""What is wrong with a gradient, and where: the catalogue of faults, samples to hold it against, the sentence."""
