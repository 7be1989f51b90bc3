//! What is written in the certificates: names, times, constraints. No files and no keys are kept here.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, PublicKeyData,
};
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use yasna::{Tag, tags};

/// How long the authority is valid: long enough not to bother, short of the ten years that some clients refuse.
pub(super) const CA_LIFE: Duration = Duration::days(5 * 365);
/// How near its end an authority is replaced.
pub(super) const CA_RENEWAL: Duration = Duration::days(30);
/// How long a host's certificate is valid. It is made anew when half of this is over.
pub(super) const LEAF_LIFE: Duration = Duration::days(60);

/// A new key of the kind that all certificates here have.
pub(super) fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

/// The authority's certificate. Its name depends on nothing but the key, so that it can be told again from the key.
pub(super) fn authority(key: &KeyPair, now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    let digest = Sha256::digest(key.der_bytes());
    let mark = format!(
        "{:02x}{:02x}{:02x}{:02x}",
        digest[0], digest[1], digest[2], digest[3]
    );
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Becket");
    params
        .distinguished_name
        .push(DnType::CommonName, format!("Becket local authority {mark}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("localhost".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    params.not_before = now - Duration::days(1);
    params.not_after = now + CA_LIFE;
    params
}

/// A host's certificate.
pub(super) fn leaf(host: &str, now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(vec![host.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Becket");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = now - Duration::days(1);
    params.not_after = now + LEAF_LIFE;
    Ok(params)
}

/// What is read back from a certificate: when it ends, and the public key it is about (RFC 5280, section 4.1).
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the methods are not general enough in their lifetimes"
)]
pub(super) fn end_and_key(certificate: &CertificateDer<'_>) -> Option<(OffsetDateTime, Vec<u8>)> {
    yasna::parse_der(certificate, |reader| {
        reader.read_sequence(|reader| {
            let found = reader.next().read_sequence(|reader| {
                reader
                    .next()
                    .read_tagged(Tag::context(0), |version| version.read_u8())?;
                for _serial_algorithm_issuer in 0..3 {
                    reader.next().read_der()?;
                }
                let not_after = reader.next().read_sequence(|reader| {
                    reader.next().read_der()?;
                    let end = reader.next();
                    if end.lookahead_tag()? == tags::TAG_UTCTIME {
                        Ok(*end.read_utctime()?.datetime())
                    } else {
                        Ok(*end.read_generalized_time()?.datetime())
                    }
                })?;
                reader.next().read_der()?;
                let key = reader.next().read_der()?;
                while reader
                    .read_optional(|extensions| extensions.read_der())?
                    .is_some()
                {}
                Ok((not_after, key))
            })?;
            for _algorithm_signature in 0..2 {
                reader.next().read_der()?;
            }
            Ok(found)
        })
    })
    .ok()
}
