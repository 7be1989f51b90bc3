# What the repositories demand before something comes to main, and who approves what is done to a cluster. The
# repositories and the teams are there already. An administrator applies it by hand, with a token of their own: no
# workflow changes what guards it.
resource "github_repository_ruleset" "main" {
  for_each = toset(var.repositories)

  name        = "main"
  repository  = each.key
  target      = "branch"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["~DEFAULT_BRANCH"]
      exclude = []
    }
  }

  rules {
    deletion                = true
    non_fast_forward        = true
    required_linear_history = true

    pull_request {
      required_approving_review_count   = 1
      require_code_owner_review         = true
      require_last_push_approval        = true
      dismiss_stale_reviews_on_push     = true
      required_review_thread_resolution = true
    }

    dynamic "required_status_checks" {
      for_each = contains(keys(var.checks), each.key) ? [var.checks[each.key]] : []

      content {
        dynamic "required_check" {
          for_each = toset(required_status_checks.value)

          content {
            context        = required_check.value
            integration_id = local.github_actions
          }
        }
      }
    }
  }
}

locals {
  # The app that a check must come from, so that nobody else can say that it passed.
  github_actions = 15368

  approvers = toset(flatten(values(var.environments)))
}

data "github_team" "approvers" {
  for_each = local.approvers

  slug = each.key
}

resource "github_repository_environment" "this" {
  for_each = var.environments

  repository          = var.environments_of
  environment         = each.key
  prevent_self_review = true

  dynamic "reviewers" {
    for_each = length(each.value) > 0 ? [each.value] : []

    content {
      teams = [for team in reviewers.value : data.github_team.approvers[team].id]
    }
  }

  deployment_branch_policy {
    protected_branches     = false
    custom_branch_policies = true
  }
}

# A cluster's role trusts whoever runs in its environment: only what is on main may.
resource "github_repository_environment_deployment_policy" "main" {
  for_each = github_repository_environment.this

  repository     = each.value.repository
  environment    = each.value.environment
  branch_pattern = "main"
}
