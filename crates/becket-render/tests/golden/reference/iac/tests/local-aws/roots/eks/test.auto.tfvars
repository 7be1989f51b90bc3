# moto 5.2 knows nothing of these.
access_entries   = false
addons           = []
instance_refresh = false

# Its clusters have no API that would answer.
wait_for_cluster = false
