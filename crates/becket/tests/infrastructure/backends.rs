//! Where states are kept, by the `backend.tf` that is rendered for each choice: the buckets and the table before a local AWS,
//! with the real Terraform and OpenTofu. `becket state serve` has tests of its own; HCP Terraform is validated only.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::aws::Aws;
use crate::judge::judge;
use crate::tests::rendered;

/// Keeps a state with `tool` by the rendered backend of `choice`, in a folder of its own. No provider is needed.
fn keeps(tool: &Path, choice: &str, aws: &Aws) {
    let (_folder, terraform) = rendered(choice);
    let root = tempfile::tempdir().unwrap();
    fs::copy(
        terraform.join("prod/network/backend.tf"),
        root.path().join("backend.tf"),
    )
    .unwrap();
    let resource = format!(
        "resource \"terraform_data\" \"this\" {{
  input = \"{choice}\"
}}
"
    );
    fs::write(root.path().join("main.tf"), resource).unwrap();
    let run = |arguments: &[&str]| {
        let ran = Command::new(tool)
            .args(arguments)
            .current_dir(root.path())
            .env("AWS_ENDPOINT_URL_S3", aws.address())
            .env("AWS_ENDPOINT_URL_DYNAMODB", aws.address())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(
            ran.status.success(),
            "{} {arguments:?} with {choice}:\n{said}",
            tool.display()
        );
        said
    };
    // What only the local AWS needs.
    let local = [
        "use_path_style",
        "skip_credentials_validation",
        "skip_requesting_account_id",
    ]
    .map(|setting| format!("-backend-config={setting}=true"));
    let mut init = vec!["init", "-input=false", "-no-color"];
    init.extend(local.iter().map(String::as_str));
    run(&init);
    run(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    let again = run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
    assert!(again.contains("No changes"), "{again}");
}

#[test]
fn states_are_kept_and_locked_in_the_bucket_and_in_the_table_beside_it() {
    let what = "the backends of states";
    let Some(moto) = judge("moto_server", what) else {
        return;
    };
    for name in ["terraform", "tofu"] {
        let Some(tool) = judge(name, what) else { continue };
        let aws = Aws::start(&moto);
        let bucket = "acme-storefront-terraform-prod";
        let place = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
        let put = [
            "--request",
            "PUT",
            "--header",
            "Content-Type: application/xml",
            "--data",
            place,
        ];
        aws.asks("s3", bucket, &put);
        let table = r#"{"TableName":"acme-storefront-terraform-prod-locks","BillingMode":"PAY_PER_REQUEST",
            "KeySchema":[{"AttributeName":"LockID","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"LockID","AttributeType":"S"}]}"#;
        aws.table("CreateTable", table);
        let items = || aws.table("Scan", r#"{"TableName":"acme-storefront-terraform-prod-locks"}"#);

        keeps(&tool, "{ state: s3 }", &aws);
        let state = aws.asks("s3", &format!("{bucket}/prod/network.tfstate"), &[]);
        assert!(state.contains("{ state: s3 }"), "{state}");
        assert!(items().contains(r#""Count": 0"#), "{}", items());

        // The same state with the table's lock besides: whoever comes from it goes the other way.
        keeps(&tool, "{ state: s3-dynamodb }", &aws);
        assert!(items().contains("prod/network.tfstate-md5"), "{}", items());
        // No lock is left.
        let listed = aws.asks("s3", &format!("{bucket}?list-type=2"), &[]);
        assert_eq!(listed.matches("<Key>").count(), 1, "{listed}");
    }
}
