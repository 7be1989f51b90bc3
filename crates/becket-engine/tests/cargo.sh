#!/bin/sh
# Cargo for tests of builds, some of which are about where the target folder lies; whoever runs them may have said that.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR
exec "${CARGO:-cargo}" "$@"
