# Yours, and deploy's: true once ansible/cilium.yaml has run. Managed node groups and add-ons come with the next apply.
cilium_installed = false
