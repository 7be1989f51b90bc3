# Yours, and deploy's: true once the cluster's gateway runs. DNS leads to the cluster with the next applies of ingress and
# dns/records.
load_balancer_made = false
