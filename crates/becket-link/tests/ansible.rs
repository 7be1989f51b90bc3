//! What linking finds in Ansible's playbooks and roles.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test reads has to be there"
)]

mod tree;

use tree::{edit, files, found, places, rendered};

const COLLECTION: &str = "iac/ansible/ansible_collections/acme/platform/roles";

/// What is found in the reference platform after one edit of its Ansible.
fn after(path: &str, from: &str, to: &str) -> String {
    let mut files = rendered();
    edit(&mut files, path, from, to);
    found(&files)
}

#[test]
fn a_role_that_is_not_there() {
    insta::assert_snapshot!(after("iac/ansible/packages.yaml", "acme.platform.packages", "acme.platform.package"), @r"
    error[BK0521]: there is no role `acme.platform.package`
     --> iac/ansible/packages.yaml:6:13
      |
    6 |     - role: acme.platform.package
      |             ^^^^^^^^^^^^^^^^^^^^^ no role of this name
      |
      = help: did you mean `acme.platform.packages`?
    ");
    // What a galaxy or another collection has, nobody here knows.
    assert_eq!(
        after(
            "iac/ansible/packages.yaml",
            "acme.platform.packages",
            "community.general.packages"
        ),
        ""
    );
    assert_eq!(
        after(
            "iac/ansible/packages.yaml",
            "acme.platform.packages",
            "somebody.packages"
        ),
        ""
    );
}

#[test]
fn a_file_of_tasks_that_is_not_there() {
    let tasks = format!("{COLLECTION}/compliance/tasks/main.yaml");
    insta::assert_snapshot!(after(&tasks, "import_tasks: services.yaml", "import_tasks: service.yaml"), @r"
    error[BK0522]: there is no file of tasks `service.yaml`
     --> iac/ansible/ansible_collections/acme/platform/roles/compliance/tasks/main.yaml:9:37
      |
    9 |       ansible.builtin.import_tasks: service.yaml
      |                                     ^^^^^^^^^^^^ leads nowhere
      |
      = help: did you mean `services.yaml`?
    ");
    insta::assert_snapshot!(after("iac/ansible/backup.yaml", "tasks_from: dumps", "tasks_from: dumsp"), @r"
    error[BK0522]: there is no file of tasks `dumsp`
      --> iac/ansible/backup.yaml:15:21
       |
    15 |         tasks_from: dumsp
       |                     ^^^^^ leads nowhere
       |
       = help: did you mean `dump`?
    ");
}

#[test]
fn a_template_or_file_that_is_not_there() {
    insta::assert_snapshot!(after(&format!("{COLLECTION}/kubeconfig/tasks/main.yaml"), "kubeconfig.yaml.j2", "kubeconfig.j2"), @r"
    error[BK0523]: there is no template `kubeconfig.j2`
     --> iac/ansible/ansible_collections/acme/platform/roles/kubeconfig/tasks/main.yaml:9:10
      |
    9 |     src: kubeconfig.j2
      |          ^^^^^^^^^^^^^ leads nowhere
      |
      = help: it is looked for in `iac/ansible/ansible_collections/acme/platform/roles/kubeconfig/templates` first
    ");
    let logs = format!("{COLLECTION}/compliance/tasks/logs.yaml");
    insta::assert_snapshot!(after(&logs, "src: audit.rules", "src: audit.rule"), @r"
    warning[BK0523]: there is no file `audit.rule`
      --> iac/ansible/ansible_collections/acme/platform/roles/compliance/tasks/logs.yaml:19:10
       |
    19 |     src: audit.rule
       |          ^^^^^^^^^^ leads nowhere
       |
       = help: did you mean `audit.rules`?
    ");
    // It may be one that Git does not keep.
    assert_eq!(after(&logs, "src: audit.rules", "src: licence.key"), "");
}

#[test]
fn a_handler_that_nobody_defines() {
    insta::assert_snapshot!(after(&format!("{COLLECTION}/compliance/tasks/sshd.yaml"), "notify: Reload sshd", "notify: Reload ssh"), @r"
    error[BK0524]: there is no handler `Reload ssh`
      --> iac/ansible/ansible_collections/acme/platform/roles/compliance/tasks/sshd.yaml:18:11
       |
    18 |   notify: Reload ssh
       |           ^^^^^^^^^^ nobody defines it
       |
       = help: did you mean `Reload sshd`?
    ");
}

#[test]
fn an_output_that_a_fact_of_ansible_takes() {
    let outputs = "iac/terraform/prod/eks/outputs.tf";
    insta::assert_snapshot!(after(outputs, "output \"cluster_name\"", "output \"name\""), @r#"
    error[BK0505]: `iac/terraform/prod/eks` has no output `cluster_name`
     --> iac/ansible/facts.yaml:3:36
      |
    3 | cluster_name: { root: eks, output: cluster_name }
      |                                    ^^^^^^^^^^^^ nobody defines it
      |
     ::: iac/terraform/prod/eks/outputs.tf:6:8
      |
    6 | output "cluster_arn" {
      |        ------------- it has `cluster_arn`
      |
      = help: did you mean `cluster_arn`?
      = help: it has `argocd_role_arns`, `autoscaler_role_arn`, `cluster_arn`, `cluster_certificate_authority_data`, `cluster_endpoint`, `cluster_security_group_id`, `ebs_csi_role_arn`, `name`, `node_role_arns`, `node_termination_queue_url`, `node_termination_role_arn`, `oidc_issuer`, `oidc_provider_arn`

    error[BK0505]: `iac/terraform/prod/eks` has no output `cluster_name`
     --> iac/terraform/prod/database/facts.yaml:4:39
      |
    4 | cluster_name: { root: ../eks, output: cluster_name }
      |                                       ^^^^^^^^^^^^ nobody defines it
      |
     ::: iac/terraform/prod/eks/outputs.tf:6:8
      |
    6 | output "cluster_arn" {
      |        ------------- it has `cluster_arn`
      |
      = help: did you mean `cluster_arn`?
      = help: it has `argocd_role_arns`, `autoscaler_role_arn`, `cluster_arn`, `cluster_certificate_authority_data`, `cluster_endpoint`, `cluster_security_group_id`, `ebs_csi_role_arn`, `name`, `node_role_arns`, `node_termination_queue_url`, `node_termination_role_arn`, `oidc_issuer`, `oidc_provider_arn`
    "#);
    insta::assert_snapshot!(after("iac/ansible/facts.yaml", "root: eks, output: cluster_name", "root: ekss, output: cluster_name"), @r"
    error[BK0514]: there is no root in `ekss`
     --> iac/ansible/facts.yaml:3:23
      |
    3 | cluster_name: { root: ekss, output: cluster_name }
      |                       ^^^^ leads nowhere
      |
      = help: did you mean `eks`?
    ");
}

#[test]
fn an_argument_that_a_role_requires_is_given_by_something() {
    let facts = "iac/ansible/facts.yaml";
    insta::assert_snapshot!(after(facts, "cluster_certificate_authority_data: {", "cluster_certificate_authority: {"), @r"
    warning[BK0526]: nothing gives `cluster_certificate_authority_data`, which this role requires
      --> iac/ansible/argocd.yaml:7:13
       |
     7 |     - role: acme.platform.kubeconfig
       |             ^^^^^^^^^^^^^^^^^^^^^^^^ used here first
       |
      ::: iac/ansible/ansible_collections/acme/platform/roles/kubeconfig/meta/argument_specs.yaml:17:7
       |
    17 |       cluster_certificate_authority_data:
       |       ---------------------------------- required here
       |
       = help: did you mean it by the fact `cluster_certificate_authority`?
    ");
    let mut files = rendered();
    edit(
        &mut files,
        facts,
        "cluster_certificate_authority_data: {",
        "certificate: {",
    );
    files.insert_text(
        "iac/ansible/group_vars/prod/facts.yaml",
        "cluster_certificate_authority_data: LS0t\n",
    );
    assert_eq!(found(&files), "");
}

const PROJECT: &str = "
--- ansible.cfg
[defaults]
--- inventory/hosts.ini
[web]
one.example
two.example

[all:children]
web
--- site.yaml
- name: Web
  hosts: web:!two.example
  roles:
    - nginx
    - { role: certificates, when: secure }
  tasks:
    - name: Page
      template: { src: page.j2, dest: /srv/page }
      notify: [Reload, 'Tell somebody']
    - block:
        - include_tasks: \"{{ ansible_os_family }}.yaml\"
        - include_tasks: tasks/more.yaml tags=web
  handlers:
    - name: Reload the server
      listen: Reload
      service: { name: nginx, state: reloaded }
    - import_tasks: handlers/more.yaml
--- handlers/more.yaml
- name: Tell somebody
  debug: {}
--- tasks/more.yaml
- copy: { src: motd, dest: /etc/motd }
- copy: { content: hello, dest: /etc/issue }
--- files/motd
hello
--- templates/page.j2
page
--- roles/nginx/tasks/main.yaml
- import_tasks: install.yaml
--- roles/nginx/tasks/install.yaml
- copy: { src: '{{ archive }}', dest: /tmp }
- copy: { src: nginx.conf, dest: /etc/nginx/, remote_src: true }
--- roles/certificates/tasks/main.yaml
- include_role: { name: nginx, tasks_from: install }
--- roles/certificates/meta/main.yaml
dependencies: [nginx]
";

#[test]
fn nothing_is_found_in_a_project_that_fits() {
    assert_eq!(found(&files(PROJECT)), "");
}

#[test]
fn hosts_that_no_inventory_has_are_found_where_all_inventories_are_known() {
    let mut project = files(PROJECT);
    edit(&mut project, "site.yaml", "hosts: web", "hosts: wbe");
    insta::assert_snapshot!(found(&project), @r"
    warning[BK0525]: no inventory has `wbe`
     --> site.yaml:2:10
      |
    2 |   hosts: wbe:!two.example
      |          ^^^^^^^^^^^^^^^^ nobody is in it
      |
      = help: did you mean `web`?
    ");
    project.insert_text("inventory/aws_ec2.yaml", "plugin: amazon.aws.aws_ec2\n");
    assert_eq!(found(&project), "");
    // A range makes names that no file tells; a port is none of a name.
    for (host, name) in [
        ("web[01:50].example", "web07.example"),
        ("one.example:2222", "one.example"),
    ] {
        let mut project = files(PROJECT);
        edit(&mut project, "inventory/hosts.ini", "one.example", host);
        edit(&mut project, "site.yaml", "hosts: web", &format!("hosts: {name}"));
        assert_eq!(found(&project), "", "{host}");
    }
}

#[test]
fn a_file_that_is_no_yaml_is_said_and_may_define_anything() {
    let mut project = files(PROJECT);
    edit(
        &mut project,
        "handlers/more.yaml",
        "- name: Tell",
        "- name: [Tell",
    );
    insta::assert_snapshot!(found(&project), @r"
    warning[BK0527]: this cannot be read as YAML: illegal placement of ':' indicator
     --> handlers/more.yaml:2:8
      |
    2 |   debug: {}
      |        ^ wrong from here on
      |
      = help: look for a bracket, a quote or an indentation before it
    ");
}

#[test]
fn a_file_of_tasks_may_be_one_of_handlers_too() {
    let mut project = files(PROJECT);
    edit(
        &mut project,
        "site.yaml",
        "include_tasks: tasks/more.yaml tags=web",
        "import_tasks: handlers/more.yaml",
    );
    assert_eq!(found(&project), "");
}

#[test]
fn names_of_a_project_without_collections() {
    let after = |path: &str, from: &str, to: &str| {
        let mut project = files(PROJECT);
        edit(&mut project, path, from, to);
        places(&project)
    };
    assert_eq!(
        after("site.yaml", "- nginx", "- ngnix"),
        ["BK0521 site.yaml: there is no role `ngnix`"]
    );
    assert_eq!(
        after("roles/certificates/meta/main.yaml", "[nginx]", "[ngnix]"),
        ["BK0521 roles/certificates/meta/main.yaml: there is no role `ngnix`"]
    );
    assert_eq!(
        after(
            "roles/certificates/tasks/main.yaml",
            "tasks_from: install",
            "tasks_from: instal"
        ),
        ["BK0522 roles/certificates/tasks/main.yaml: there is no file of tasks `instal`"]
    );
    assert_eq!(
        after("site.yaml", "src: page.j2", "src: paeg.j2"),
        ["BK0523 site.yaml: there is no template `paeg.j2`"]
    );
    assert_eq!(
        after("site.yaml", "'Tell somebody'", "'Tell everybody'"),
        ["BK0524 site.yaml: there is no handler `Tell everybody`"]
    );
    // A galaxy's role may bring the handler, and be the role.
    let mut project = files(PROJECT);
    project.insert_text("requirements.yaml", "roles: [{ name: ngnix }]\n");
    edit(&mut project, "site.yaml", "- nginx", "- ngnix");
    edit(&mut project, "site.yaml", "'Tell somebody'", "'Tell everybody'");
    assert_eq!(found(&project), "");
}
