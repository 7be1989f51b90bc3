# As after ansible/cilium.yaml: managed groups come with the second apply.
cilium_installed = true
