"""The pure middle: text and numbers in, text and numbers out; no input or output, no clock, no logging."""
