"""A scenario: a folder of YAML and CSV files, loaded through a schema that explains every mistake."""
