#!/usr/bin/env bash
# Prints the roots of Terraform that have their state in a backend, as a matrix of jobs. With a commit, only those that
# what changed since then is part of; a module is part of all. Who may look at github/ is no workflow.
#
# The account and the region of a root are those of its terraform.tfvars; where it names none, ACCOUNT and AWS_REGION,
# where its state is.
set -euo pipefail

changed() {
  git rev-parse --quiet --verify "${since}^{commit}" > /dev/null || return 0 # a branch that is new has nothing before it
  ! git diff --quiet "${since}...HEAD" -- "$1" terraform/modules
}

# A root of that name is a project of Pulumi's.
taken_over() {
  local project=${1##*/}
  [[ $1 != terraform/iam/* ]] || project=iam
  [[ -f pulumi/$project/Pulumi.yaml ]]
}

variable() {
  sed -n "s/^$2 *= *\"\(.*\)\".*/\1/p" "$1/terraform.tfvars"
}

since=${1:-}
find terraform -path 'terraform/*/*/backend.tf' -not -path 'terraform/github/*' -printf '%h\n' | sort | while read -r root; do
  ! taken_over "$root" || continue
  changed "$root" || continue
  group=${root#terraform/}
  account=$(variable "$root" account)
  region=$(variable "$root" region)
  jq --null-input --compact-output '$ARGS.named' \
    --arg root "$root" --arg group "${group%/*}" \
    --arg account "${account:-$ACCOUNT}" --arg region "${region:-$AWS_REGION}"
done | jq --slurp --compact-output .
