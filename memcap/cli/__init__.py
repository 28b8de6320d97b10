"""Floor 11: the command line, one file a command; nothing heavy loads for --help."""
