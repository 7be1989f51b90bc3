//! TLS for the server, by a given certificate, and whom a client's certificate names. It reads no file.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use yasna::models::ObjectIdentifier;
use yasna::{ASN1Result, BERReader, Tag};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Something is not PEM, or not what it should be.
    #[error("{what} is not PEM with {wanted}: {why}")]
    Pem {
        /// Which of the files.
        what: &'static str,
        /// What has to be in it.
        wanted: &'static str,
        /// What stands in the way.
        why: String,
    },
    /// Certificate and key do not make a server.
    #[error("the certificate cannot be served: {0}")]
    Unusable(#[from] rustls::Error),
    /// The clients' authority cannot be used.
    #[error("the clients' authority cannot be used: {0}")]
    Authority(String),
}

/// What a server shows to its clients, and whom it believes.
#[derive(Debug, Clone)]
pub struct Certificates(pub(crate) Arc<ServerConfig>);

impl Certificates {
    /// A certificate with its chain and its key, as PEM; and the authority that clients' certificates come from. A client
    /// need not show one.
    pub fn read(certificate: &[u8], key: &[u8], client_authority: Option<&[u8]>) -> Result<Self, TlsError> {
        let chain = certificates("the certificate", certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Pem {
            what: "the key",
            wanted: "a private key",
            why: error.to_string(),
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                for root in certificates("the clients' authority", authority)? {
                    roots.add(root)?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .allow_unauthenticated()
                    .build()
                    .map_err(|error| TlsError::Authority(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |why: String| TlsError::Pem {
        what,
        wanted: "certificates",
        why,
    };
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("there is none in it".to_owned()));
    }
    Ok(found)
}

/// The common name of a certificate's subject, which is the user's name; none where it has none.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method alone is not general enough in its lifetimes"
)]
pub(crate) fn common_name(certificate: &[u8]) -> Option<String> {
    yasna::parse_der(certificate, |certificate| {
        certificate.read_sequence(|parts| {
            let name = parts.next().read_sequence(|signed| {
                signed.read_optional(|version| version.read_tagged(Tag::context(0), |der| der.read_der()))?;
                for _serial_algorithm_issuer_validity in 0..4 {
                    signed.next().read_der()?;
                }
                let name = read_subject(signed.next())?;
                while signed.read_optional(|der| der.read_der())?.is_some() {}
                Ok(name)
            })?;
            for _algorithm_signature in 0..2 {
                parts.next().read_der()?;
            }
            Ok(name)
        })
    })
    .ok()
    .flatten()
}

/// RFC 5280, 4.1.2.4: a name is a list of sets of attributes.
fn read_subject(subject: BERReader) -> ASN1Result<Option<String>> {
    let common_name = ObjectIdentifier::from_slice(&[2, 5, 4, 3]);
    let mut found = None;
    subject.read_sequence_of(|set| {
        set.read_set_of(|attribute| {
            attribute.read_sequence(|parts| {
                let kind = parts.next().read_oid()?;
                let value = parts.next().read_tagged_der()?;
                if kind == common_name && found.is_none() {
                    found = String::from_utf8(value.value().to_vec()).ok();
                }
                Ok(())
            })
        })
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    #[test]
    fn the_common_name_of_the_subject_is_the_user() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["ignored.example".to_owned()]).unwrap();
        params
            .distinguished_name
            .push(DnType::OrganizationName, "storefront");
        params
            .distinguished_name
            .push(DnType::CommonName, "ci@storefront");
        let made = params.self_signed(&key).unwrap();
        assert_eq!(common_name(made.der()).as_deref(), Some("ci@storefront"));
        for cut in 0..made.der().len() {
            assert_eq!(common_name(&made.der()[..cut]), None);
        }
    }

    #[test]
    fn what_is_no_certificate_is_said() {
        let key = KeyPair::generate().unwrap();
        let made = CertificateParams::new(Vec::new())
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let (certificate, key) = (made.pem(), key.serialize_pem());
        let read = |certificate: &str, key: &str, authority: Option<&str>| {
            Certificates::read(
                certificate.as_bytes(),
                key.as_bytes(),
                authority.map(str::as_bytes),
            )
            .map(drop)
            .map_err(|error| error.to_string())
        };
        assert_eq!(read(&certificate, &key, Some(&certificate)), Ok(()));
        assert!(
            read("", &key, None)
                .unwrap_err()
                .starts_with("the certificate is not PEM")
        );
        assert!(
            read(&certificate, "x", None)
                .unwrap_err()
                .starts_with("the key is not PEM")
        );
        assert!(
            read(&certificate, &key, Some(""))
                .unwrap_err()
                .starts_with("the clients' authority is not")
        );
        let other = KeyPair::generate().unwrap().serialize_pem();
        assert!(
            read(&certificate, &other, None)
                .unwrap_err()
                .starts_with("the certificate cannot be served")
        );
    }
}
