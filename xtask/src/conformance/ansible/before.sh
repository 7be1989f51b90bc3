#!/usr/bin/env bash
# before.sh FOLDER: makes what the playbooks in FOLDER find: machines, bucket and secret at the local AWS, the cluster's
# objects, a service account for each of the rights in rbac/, and the facts that Terraform would have written.
set -euo pipefail
own=$(dirname "$(readlink -f "$0")")
cd "$1"

until aws s3api list-buckets >/dev/null 2>&1; do sleep 0.2; done
aws s3api create-bucket --bucket acme-storefront-prod --create-bucket-configuration LocationConstraint=eu-west-1 >/dev/null
aws secretsmanager create-secret --name storefront/argocd-repositories \
  --secret-string '{"url":"https://github.com/acme","username":"conformance","password":"of-no-use"}' >/dev/null
vpc=$(aws ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId --output text)
subnet=$(aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.0.0.0/24 --query Subnet.SubnetId --output text)
mkdir host_vars
for address in 10.0.0.11 10.0.0.12 10.0.0.13; do
  instance=$(aws ec2 run-instances --subnet-id "$subnet" --private-ip-address $address --image-id ami-760aaa0f \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=platform,Value=storefront},{Key=cluster,Value=prod},{Key=role,Value=node},{Key=os,Value=debian}]' \
    --query 'Instances[0].InstanceId' --output text)
  # A root of its own is the machine; Session Manager leads to none here.
  jq -n --arg root "$MACHINE" '{ansible_connection: "community.general.chroot", ansible_host: $root,
    ansible_python_interpreter: "/usr/bin/python3"}' >"host_vars/$instance.json"
done

for cluster in prod prod-dr; do
  jq -n --arg cluster "storefront-$cluster" --arg authority "$(base64 -w0 "$LAB_RUN/pki/ca.crt")" \
    '{cluster_name: $cluster, cluster_endpoint: "https://127.0.0.1:6443", cluster_certificate_authority_data: $authority}' \
    >"group_vars/$cluster/facts.yaml"
done
cp "$own/argocd.yaml" conformance.yaml

kubectl delete nodes --all
kubectl apply -f "$own/cluster.yaml" -f rbac
for account in maintenance backup restore; do
  kubectl create serviceaccount -n kube-system ansible-$account
  kubectl create clusterrolebinding conformance-$account --clusterrole=ansible-$account --serviceaccount=kube-system:ansible-$account
done
kubectl create serviceaccount -n kube-system administrator
kubectl create clusterrolebinding conformance-administrator --clusterrole=cluster-admin --serviceaccount=kube-system:administrator
kubectl rollout status -n shop deployment/catalog daemonset/agent --timeout=60s
kubectl wait -n shop pvc/images --for=jsonpath='{.status.phase}'=Bound --timeout=60s
