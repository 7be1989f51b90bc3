#!/usr/bin/env bash
# play.sh FOLDER ARGUMENTS...: runs ansible-playbook in FOLDER with a copy of $ROOT at $MACHINE, which is gone afterwards. To
# be run in a mount namespace of its own.
set -euo pipefail
layers=$(dirname "$MACHINE")/layers
mkdir -p "$MACHINE" "$layers"
mount -t tmpfs tmpfs "$layers"
mkdir "$layers/upper" "$layers/work"
mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$layers/upper,workdir=$layers/work" "$MACHINE"
mount -t proc proc "$MACHINE/proc"
mount --bind /dev "$MACHINE/dev"
PATH=$STAND_INS:$PATH
cd "$1"
shift
exec ansible-playbook -i inventory/prod "$@"
