import { people, PeopleArgs } from "../modules/people";
import { pipelines, PipelinesArgs } from "../modules/pipelines";
import { settings } from "../modules/stack";

// Who may do what in this account. An administrator brings it up by hand: no pipeline changes its own rights.
const given = settings<PeopleArgs & PipelinesArgs>();
const roles = people(given);
const workflows = pipelines(given);

export const team_role_arns = roles.roleArns;
export const plan_role_arn = workflows.planRoleArn;
export const apply_role_arns = workflows.applyRoleArns;
export const install_role_arns = workflows.installRoleArns;
export const ansible_role_arns = workflows.ansibleRoleArns;
