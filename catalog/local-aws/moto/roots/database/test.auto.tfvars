# moto 5.2 knows nothing of these.
pod_identity_associations = false
