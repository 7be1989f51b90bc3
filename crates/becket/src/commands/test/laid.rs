//! The files that a test works on: a copy of a repository's Terraform with what its `tests/local-aws` holds laid over it.
//!
//! `every-root` is laid over each root, `roots/<name>` over those of that name or of what is called so, `modules/<name>`
//! over modules that are there, and `second-apply/<name>` once a root is applied. What a run of Terraform left in the
//! repository stays behind.

use becket_source::FileSet;

use super::roots::Root;

/// Where what is laid over is.
pub(super) const OVERLAY: &str = "tests/local-aws";
/// The root that finds what is left.
pub(super) const LEFTOVERS: &str = "leftovers";

/// Whether the repository can be tested: what is laid over it comes with a platform in a cloud.
pub(super) fn can_be(iac: &FileSet) -> bool {
    iac.has_folder(OVERLAY) && iac.has_folder("terraform")
}

/// The files for a test of `roots`; with those of the second apply where it is `second`.
pub(super) fn laid(iac: &FileSet, roots: &[Root], second: bool) -> FileSet {
    let mut files = FileSet::new();
    for (path, contents) in iac.under("terraform").filter(|(path, _)| !is_of_a_run(path)) {
        files.insert(path, contents.clone());
    }
    for (path, contents) in iac.under(&format!("{OVERLAY}/modules")) {
        let path = format!("terraform{}", &path[OVERLAY.len()..]);
        if path
            .rsplit_once('/')
            .is_some_and(|(module, _)| files.has_folder(module))
        {
            files.insert(path, contents.clone());
        }
    }
    for root in roots {
        let folder = format!("terraform/{}", root.path);
        lay(iac, "every-root", &folder, &mut files);
        for part in root.path.split('/') {
            lay(iac, &format!("roots/{part}"), &folder, &mut files);
            if second {
                lay(iac, &format!("second-apply/{part}"), &folder, &mut files);
            }
        }
    }
    for (path, contents) in iac.under("tests/leftovers") {
        files.insert(&path["tests/".len()..], contents.clone());
    }
    lay(iac, "every-root", LEFTOVERS, &mut files);
    files
}

/// What Python runs before the local AWS, if that is written in it: what no override can mend.
pub(super) fn server(iac: &FileSet) -> FileSet {
    iac.folder(&format!("{OVERLAY}/server"))
}

/// Whether a root is applied a second time, with further files.
pub(super) fn is_applied_twice(iac: &FileSet, root: &Root) -> bool {
    let mut parts = root.path.split('/');
    parts.any(|part| iac.has_folder(&format!("{OVERLAY}/second-apply/{part}")))
}

/// Whether `root` is made of other files in `later` than in `earlier`.
pub(super) fn differs(earlier: &FileSet, later: &FileSet, root: &Root) -> bool {
    let folder = format!("terraform/{}", root.path);
    [folder.as_str(), "terraform/modules"]
        .iter()
        .any(|folder| earlier.folder(folder) != later.folder(folder))
}

fn lay(iac: &FileSet, from: &str, to: &str, files: &mut FileSet) {
    for (path, contents) in iac.folder(&format!("{OVERLAY}/{from}")).iter() {
        files.insert(format!("{to}/{path}"), contents.clone());
    }
}

/// Whether a run of Terraform wrote the file: a state, a lock, facts of what is really there.
fn is_of_a_run(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains("/.terraform/") || name.starts_with("terraform.tfstate") || name == "facts.auto.tfvars.json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_over_comes_where_it_belongs_and_nothing_of_a_run_does() {
        let root = |path: &str| Root {
            path: path.to_owned(),
            facts: Vec::new(),
            left_out: None,
        };
        let iac: FileSet = [
            "terraform/prod/eks/main.tf",
            "terraform/prod/eks/terraform.tfstate",
            "terraform/prod/eks/facts.auto.tfvars.json",
            "terraform/prod/eks/.terraform/modules/modules.json",
            "terraform/iam/one/main.tf",
            "terraform/modules/network/main.tf",
            "tests/local-aws/every-root/provider_override.tf",
            "tests/local-aws/modules/network/moto_override.tf",
            "tests/local-aws/modules/absent/moto_override.tf",
            "tests/local-aws/roots/iam/test.auto.tfvars",
            "tests/local-aws/second-apply/eks/cilium.auto.tfvars",
            "tests/leftovers/main.tf",
        ]
        .into_iter()
        .map(|path| (path, path.as_bytes().to_vec()))
        .collect();
        let roots = [root("iam/one"), root("prod/eks")];
        let paths = |second| -> Vec<String> {
            let files = laid(&iac, &roots, second);
            files.iter().map(|(path, _)| path.to_owned()).collect()
        };
        let first = [
            "leftovers/main.tf",
            "leftovers/provider_override.tf",
            "terraform/iam/one/main.tf",
            "terraform/iam/one/provider_override.tf",
            "terraform/iam/one/test.auto.tfvars",
            "terraform/modules/network/main.tf",
            "terraform/modules/network/moto_override.tf",
            "terraform/prod/eks/main.tf",
            "terraform/prod/eks/provider_override.tf",
        ];
        assert_eq!(paths(false), first);
        assert!(paths(true).contains(&"terraform/prod/eks/cilium.auto.tfvars".to_owned()));
        assert!(is_applied_twice(&iac, &roots[1]) && !is_applied_twice(&iac, &roots[0]));
        assert!(differs(
            &laid(&iac, &roots, false),
            &laid(&iac, &roots, true),
            &roots[1]
        ));
        assert!(!differs(
            &laid(&iac, &roots, false),
            &laid(&iac, &roots, true),
            &roots[0]
        ));
    }
}
