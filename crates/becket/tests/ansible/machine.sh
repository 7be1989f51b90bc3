# machine.sh ROOT SCRATCH ANSIBLE-PLAYBOOK: runs the playbooks for machines against a copy of ROOT that is gone afterwards: an
# audit, and then all of them twice. To be run in mount, network and PID namespaces of its own; the kernel's settings
# are the machine's, and are read-only here.
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
bastions:
  hosts:
    machine:
      ansible_connection: community.general.chroot
      ansible_host: $2/root
      ansible_python_interpreter: /usr/bin/python3
      packages_present: [nftables]
      compliance_exceptions:
        logs-audit: There is no network to install it from.
        logs-audit-rules: Nothing is here that reads them.
        logs-time: There is no network to install what keeps it.
HOSTS
"$3" -i "$2/hosts.yaml" compliance.yaml -e compliance_audit=true -e compliance_report="$PWD/audit.yaml"
test ! -e "$2/upper/etc" && echo "an audit changes nothing"
"$3" -i "$2/hosts.yaml" packages.yaml network_policies.yaml compliance.yaml
echo == again
"$3" -i "$2/hosts.yaml" packages.yaml network_policies.yaml compliance.yaml -e compliance_report="$PWD/again.yaml"
chroot "$2/root" nft list ruleset
