"""LaTeX of notes to trees and statements."""
