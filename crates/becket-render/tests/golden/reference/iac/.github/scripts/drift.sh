#!/usr/bin/env bash
# Keeps an issue open for as long as a root is not what its code says.
set -euo pipefail

title="Drift in $ROOT"
body="Somebody or something changed what $ROOT made, or it was never applied. The plan is on the page of [this run]($RUN).
Apply the root again, or take the change into its code."
issue=$(gh issue list --author app/github-actions --limit 1000 --json number,title |
  jq --arg title "$title" '.[] | select(.title == $title) | .number')
if [[ $CHANGES == true && -n $issue ]]; then
  gh issue edit "$issue" --body "$body"
elif [[ $CHANGES == true ]]; then
  gh issue create --title "$title" --body "$body"
elif [[ -n $issue ]]; then
  gh issue close "$issue" --comment "It is as its code says, by [this run]($RUN)."
fi
