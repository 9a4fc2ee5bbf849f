"""What SDKs ask of flags before Flask: a module for each kind of question, each view a function of a `Call`."""
