#!/usr/bin/env bash
# Prints the roots below terraform/<group> in the order in which they are applied: what a root's facts.yaml names comes
# before it. A root whose name is a project of Pulumi's is not among them.
set -euo pipefail

cd "terraform/$1"
for root in */; do
  root=${root%/}
  echo "$root $root"
  [[ -f $root/facts.yaml ]] || continue
  # Of another group's roots (../../<group>/<root>) there are the outputs that were written down.
  yq --output-format json . "$root/facts.yaml" | jq --raw-output '.. | .root? | strings' | sed -n "s|^\.\./\([^/]*\)$|\1 $root|p"
done | tsort | while read -r root; do
  [[ -f ../../pulumi/$root/Pulumi.yaml ]] || echo "$root"
done
