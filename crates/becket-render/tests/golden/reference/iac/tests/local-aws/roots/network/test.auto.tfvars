# The bucket that the record of connections may go to is somebody else's, and not here.
flow_logs = {}
