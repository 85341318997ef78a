"""Arguments at which a gradient is asked for: specified, drawn, kept where they refuted, and made small."""
