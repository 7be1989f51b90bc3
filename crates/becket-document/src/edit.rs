//! Changes a YAML text at places that a path names, and leaves every other byte as it was.
