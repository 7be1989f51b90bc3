//! A finding as text: for a terminal, as JSON lines, as SARIF, as GitHub annotations.
