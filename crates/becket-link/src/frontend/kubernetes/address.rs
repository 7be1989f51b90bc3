//! Addresses of Services in configuration, such as `http://catalog:8080`.

/// A Service that an address names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) service: String,
    pub(crate) namespace: String,
    pub(crate) port: Option<u16>,
}

/// The Service that `text` is the address of, seen from `namespace`; none where it is no address, or of a host that need
/// not be a Service.
///
/// A host of one label is a Service of the same namespace; `name.namespace.svc`, with or without the cluster's domain, is
/// one of another. A host such as `name.namespace` could be anyone's.
pub(crate) fn read(text: &str, namespace: &str) -> Option<Address> {
    let (scheme, rest) = text.split_once("://")?;
    let usual = match scheme {
        "http" | "ws" | "grpc" => Some(80),
        "https" | "wss" | "grpcs" => Some(443),
        "tcp" | "postgres" | "postgresql" | "redis" | "amqp" | "nats" | "mysql" | "mongodb" => None,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (authority, usual),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    if !labels.iter().all(|label| is_label(label)) || labels[0].bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (service, namespace) = match labels.as_slice() {
        ["localhost"] => return None,
        [service] => (*service, namespace),
        [service, other, "svc"] | [service, other, "svc", "cluster", "local"] => (*service, *other),
        _ => return None,
    };
    Some(Address {
        service: service.to_owned(),
        namespace: namespace.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_a_service_is_taken_for_one() {
        let of = |text| read(text, "qa").map(|address| (address.service, address.namespace, address.port));
        let is =
            |service: &str, namespace: &str, port| Some((service.to_owned(), namespace.to_owned(), port));
        assert_eq!(of("http://catalog:8080"), is("catalog", "qa", Some(8080)));
        assert_eq!(of("http://catalog/x?y"), is("catalog", "qa", Some(80)));
        assert_eq!(
            of("https://dex.auth.svc.cluster.local"),
            is("dex", "auth", Some(443))
        );
        assert_eq!(
            of("postgres://user:secret@db.data.svc:5432/x"),
            is("db", "data", Some(5432))
        );
        for other in [
            "http://localhost:1",
            "https://example.com",
            "http://a.b",
            "catalog:8080",
            "s3://bucket",
            "http://10.0.0.1",
            "http://",
            "http://A_b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
