#!/usr/bin/env bash
# Plans a root, shows the plan on the page of the run, and says whether it changes anything. It holds no lock: who plans
# may not write.
set -euo pipefail

missing=$(bash .github/scripts/missing.sh "$1")
if [[ -n $missing ]]; then
  echo "::notice title=$1::Not planned: it needs $missing"
  echo 'changes=false' >> "$GITHUB_OUTPUT"
  exit
fi

"$TERRAFORM" -chdir="$1" init -input=false
code=0
"$TERRAFORM" -chdir="$1" plan -input=false -lock=false -detailed-exitcode -out=tfplan || code=$?
case $code in
  0) changes=false ;;
  2) changes=true ;;
  *) exit "$code" ;;
esac
plan=$("$TERRAFORM" -chdir="$1" show -no-color tfplan)
echo "::notice title=$1::$(grep --max-count=1 -E '^(Plan:|No changes)' <<< "$plan" || echo 'Only outputs change.')"
echo "changes=$changes" >> "$GITHUB_OUTPUT"
# The page takes a megabyte.
{
  echo "### $1"
  echo '```'
  head --bytes 500000 <<< "$plan"
  echo '```'
} >> "$GITHUB_STEP_SUMMARY"
