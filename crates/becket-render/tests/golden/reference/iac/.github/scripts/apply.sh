#!/usr/bin/env bash
# Applies the roots below terraform/<group> in their order, each with the outputs of those before it.
set -euo pipefail

names=$(bash .github/scripts/order.sh "$1")
for name in $names; do
  root=terraform/$1/$name
  missing=$(bash .github/scripts/missing.sh "$root")
  if [[ -n $missing ]]; then
    echo "::warning title=$root::Not applied: it needs $missing"
    continue
  fi
  echo "::group::$root"
  "$TERRAFORM" -chdir="$root" init -input=false
  "$TERRAFORM" -chdir="$root" apply -input=false -auto-approve -lock-timeout=10m
  bash .github/scripts/facts.sh "$root"
  echo '::endgroup::'
done
