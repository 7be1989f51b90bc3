//! TLS in both directions: who shows a certificate of the clients' authority is its user, and who shows another is not heard.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};

use crate::judge::judge;
use crate::server::{Server, state};
use crate::terraform::Client;

/// Authorities and what they signed, as files.
struct Certificates {
    folder: PathBuf,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

impl Certificates {
    /// A server's, and three of clients: a user's, a stranger's, and one that another authority signed for the user.
    fn new(folder: &Path) -> Self {
        let this = Self {
            folder: folder.join("certificates"),
        };
        std::fs::create_dir(&this.folder).unwrap();
        let (ours, theirs) = (this.authority("ours"), this.authority("theirs"));
        this.sign("server", &ours, |params| {
            params.subject_alt_names = vec![rcgen::SanType::IpAddress([127, 0, 0, 1].into())];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        });
        let client = |params: &mut CertificateParams| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        };
        this.sign("ci", &ours, client);
        this.sign("stranger", &ours, client);
        this.sign("forged", &theirs, |params| {
            client(params);
            params.distinguished_name.push(DnType::CommonName, "ci");
        });
        this.sign("ended", &ours, |params| {
            client(params);
            params.distinguished_name.push(DnType::CommonName, "ci");
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        });
        this
    }

    fn authority(&self, name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(self.certificate(name), authority.pem()).unwrap();
        authority
    }

    fn sign(&self, name: &str, by: &Authority, change: impl FnOnce(&mut CertificateParams)) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let signed = params.signed_by(&key, by).unwrap();
        std::fs::write(self.certificate(name), signed.pem()).unwrap();
        std::fs::write(self.key(name), key.serialize_pem()).unwrap();
    }

    fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.pem"))
    }

    fn key(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    fn serve(&self, folder: &Path) -> Server {
        let file = |path: PathBuf| path.to_str().unwrap().to_owned();
        let (certificate, key) = (file(self.certificate("server")), file(self.key("server")));
        let authority = file(self.certificate("ours"));
        let arguments = [
            "--tls-cert",
            &certificate,
            "--tls-key",
            &key,
            "--client-ca",
            &authority,
        ];
        Server::start_at(folder, 0, &arguments)
    }

    /// The status of a write, or what curl says where there is no answer.
    fn write(&self, server: &Server, client: Option<&str>, user: Option<&str>) -> Result<String, String> {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--write-out",
            "%{http_code}",
            "--output",
            "/dev/null",
        ])
        .arg("--cacert")
        .arg(self.certificate("ours"))
        .args(["--data-binary", std::str::from_utf8(&state(1, 10)).unwrap()])
        .arg(address(server, "a"));
        if let Some(client) = client {
            curl.arg("--cert")
                .arg(self.certificate(client))
                .arg("--key")
                .arg(self.key(client));
        }
        if let Some(user) = user {
            curl.args(["--user", user]);
        }
        let output = curl.output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }
}

fn address(server: &Server, name: &str) -> String {
    server.address(name).replacen("http", "https", 1)
}

#[test]
fn a_clients_certificate_is_its_user_and_no_other_is_heard() {
    if judge("curl", "TLS of the state server").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::new(folder.path());
    let server = certificates.serve(folder.path());
    let is = |status: &str| Ok(status.to_owned());
    assert_eq!(
        certificates.write(&server, None, None),
        is("401"),
        "without a user nobody is anyone"
    );
    assert!(
        server
            .state(&["token", "add", "ci", "--write", "*", "--certificate"])
            .status
            .success()
    );
    let token = server.state(&["token", "add", "ann", "--write", "b"]).stdout;
    let ann = format!("ann:{}", String::from_utf8(token).unwrap().trim());

    assert_eq!(certificates.write(&server, None, None), is("401"));
    assert_eq!(certificates.write(&server, Some("stranger"), None), is("403"));
    for untrusted in ["forged", "ended"] {
        let heard = certificates.write(&server, Some(untrusted), None);
        assert!(heard.is_err(), "{untrusted}: {heard:?}");
    }
    // A token says who it is before a certificate does, and has no more rights with one.
    assert_eq!(certificates.write(&server, Some("ci"), Some(&ann)), is("403"));
    assert_eq!(certificates.write(&server, Some("ci"), Some("ci:")), is("401"));
    assert!(
        server.send("GET", "/states/a", b"").is_none(),
        "in the clear there is no answer"
    );
    let listed = server.state(&["list"]).stdout;
    assert_eq!(
        String::from_utf8_lossy(&listed),
        "no states\n",
        "nothing was written"
    );

    assert_eq!(certificates.write(&server, Some("ci"), None), is("200"));
    let history = server.state(&["history", "a", "--format", "json"]).stdout;
    let history: serde_json::Value = serde_json::from_slice(&history).unwrap();
    assert_eq!(history[0]["user"], "ci");
    assert!(server.state(&["token", "remove", "ci"]).status.success());
    assert_eq!(certificates.write(&server, Some("ci"), None), is("403"));
}

fn applies_with_a_certificate(name: &str) {
    let Some(tool) = judge(name, "TLS of the state server") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::new(folder.path());
    let server = certificates.serve(folder.path());
    assert!(
        server
            .state(&["token", "add", "ci", "--write", "*", "--certificate"])
            .status
            .success()
    );
    let pem = |file: PathBuf| std::fs::read_to_string(file).unwrap();
    let mut client = Client::new(&tool, folder.path(), "client");
    client.env = [
        (
            "TF_HTTP_CLIENT_CA_CERTIFICATE_PEM",
            pem(certificates.certificate("ours")),
        ),
        (
            "TF_HTTP_CLIENT_CERTIFICATE_PEM",
            pem(certificates.certificate("ci")),
        ),
        ("TF_HTTP_CLIENT_PRIVATE_KEY_PEM", pem(certificates.key("ci"))),
    ]
    .to_vec();
    client.init(&address(&server, "a"), &[]);
    assert!(client.apply("one").status.success());
    client.env[1].1 = pem(certificates.certificate("stranger"));
    client.env[2].1 = pem(certificates.key("stranger"));
    let refused = client.apply("two");
    assert!(!refused.status.success());
    let history = server.state(&["history", "a", "--format", "json"]).stdout;
    let history: Vec<serde_json::Value> = serde_json::from_slice(&history).unwrap();
    assert!(
        !history.is_empty() && history.iter().all(|version| version["user"] == "ci"),
        "{history:?}"
    );
}

#[test]
fn terraform_applies_with_a_certificate() {
    applies_with_a_certificate("terraform");
}

#[test]
fn tofu_applies_with_a_certificate() {
    applies_with_a_certificate("tofu");
}
