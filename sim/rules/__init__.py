"""The rules: one file a rule of the model, small functions over the World's tables."""
