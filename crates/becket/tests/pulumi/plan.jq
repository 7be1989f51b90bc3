# Of what `terraform show -json` says of a plan, what the comparison with Pulumi's program reads.

# What is configured; how it is computed does not matter.
def configured:
  { resources: [(.resources // [])[] | select(.mode == "managed") |
      { address, expressions: (.expressions // {} | map_values(if type == "array" then map(map_values({})) else {} end)) }],
    module_calls: (.module_calls // {} | map_values({ source, module: (.module | configured) })) };

def made:
  { resources: [(.resources // [])[] | select(.mode == "managed" or (.type | IN("aws_caller_identity", "aws_lb", "aws_partition"))) |
      { address, mode, type, name, index, values }],
    child_modules: [(.child_modules // [])[] | made] };

{ prior_state: { values: {
    outputs: (.prior_state.values.outputs // {} | map_values({ value })),
    root_module: (.prior_state.values.root_module | made) } },
  configuration: { root_module: (.configuration.root_module | configured) },
  resource_changes: [(.resource_changes // [])[] | { address, mode, change: { actions: .change.actions } }] }
| del(.. | nulls)
