//! The ingress as clients and pods see it: real TLS over loopback, pods behind in-memory connections.

mod bench;
mod failing;
mod serving;
