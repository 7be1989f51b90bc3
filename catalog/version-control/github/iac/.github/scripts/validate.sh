#!/usr/bin/env bash
# Checks every root as it stands, without its state and without an account.
set -euo pipefail

# No lock file is kept of this, so that it may come from the cache.
export TF_PLUGIN_CACHE_DIR=${RUNNER_TEMP:-/tmp}/providers TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=true
mkdir -p "$TF_PLUGIN_CACHE_DIR"
"$TERRAFORM" fmt -check -diff -recursive terraform
for providers in terraform/*/*/providers.tf; do
  root=$(dirname "$providers")
  echo "$root"
  "$TERRAFORM" -chdir="$root" init -backend=false -input=false > /dev/null
  "$TERRAFORM" -chdir="$root" validate
done
