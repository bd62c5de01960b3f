"""The suite that every store passes: classes that a backend's test subclasses, one for each side of the contract."""
