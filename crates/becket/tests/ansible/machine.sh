# machine.sh ROOT SCRATCH ANSIBLE-PLAYBOOK: runs machine.yaml twice against a copy of ROOT that is gone afterwards. To be run in
# mount, network and PID namespaces of its own; the kernel's settings are the machine's, and are read-only here.
set -eu
mount -t tmpfs tmpfs "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount --bind "$2/root/proc/sys" "$2/root/proc/sys"
mount -o remount,bind,ro "$2/root/proc/sys"
mount --bind /dev "$2/root/dev"
ip link set lo up
cat > "$2/hosts.yaml" <<HOSTS
all:
  hosts:
    machine:
      ansible_connection: community.general.chroot
      ansible_host: $2/root
      ansible_python_interpreter: /usr/bin/python3
      packages_present: [nftables]
HOSTS
"$3" -i "$2/hosts.yaml" machine.yaml
echo == again
"$3" -i "$2/hosts.yaml" machine.yaml
chroot "$2/root" nft list ruleset
