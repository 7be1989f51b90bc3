//! Which built-in kinds belong to the cluster and to no namespace, as kustomize 5.8.2 knows them (Kubernetes 1.21). Kinds
//! that are not here are in a namespace.

use std::borrow::Cow;

/// The namespace of what belongs to the cluster.
pub(crate) const CLUSTER: &str = "_non_namespaceable_";

/// The namespace of what names none.
pub(crate) const DEFAULT: &str = "default";

/// The namespace that counts for a resource that names `namespace`.
pub(crate) fn effective<'a>(api_version: &str, kind: &str, namespace: Cow<'a, str>) -> Cow<'a, str> {
    if is_of_cluster(api_version, kind) {
        Cow::Borrowed(CLUSTER)
    } else if namespace.is_empty() {
        Cow::Borrowed(DEFAULT)
    } else {
        namespace
    }
}

/// Whether resources of this kind belong to the cluster.
pub(crate) fn is_of_cluster(api_version: &str, kind: &str) -> bool {
    match kind {
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => matches!(
            api_version,
            "admissionregistration.k8s.io/v1" | "admissionregistration.k8s.io/v1beta1"
        ),
        "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => {
            api_version == "admissionregistration.k8s.io/v1"
        }
        "CustomResourceDefinition" => {
            matches!(
                api_version,
                "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1"
            )
        }
        "APIService" => matches!(
            api_version,
            "apiregistration.k8s.io/v1" | "apiregistration.k8s.io/v1beta1"
        ),
        "CertificateSigningRequest" => {
            matches!(
                api_version,
                "certificates.k8s.io/v1" | "certificates.k8s.io/v1beta1"
            )
        }
        "FlowSchema" | "PriorityLevelConfiguration" => api_version == "flowcontrol.apiserver.k8s.io/v1beta1",
        "IngressClass" => matches!(api_version, "networking.k8s.io/v1" | "networking.k8s.io/v1beta1"),
        "RuntimeClass" => matches!(api_version, "node.k8s.io/v1" | "node.k8s.io/v1beta1"),
        "PodSecurityPolicy" => api_version == "policy/v1beta1",
        "ClusterRole" | "ClusterRoleBinding" => matches!(
            api_version,
            "rbac.authorization.k8s.io/v1" | "rbac.authorization.k8s.io/v1beta1"
        ),
        "PriorityClass" => matches!(api_version, "scheduling.k8s.io/v1" | "scheduling.k8s.io/v1beta1"),
        "CSIDriver" | "CSINode" | "StorageClass" | "VolumeAttachment" => {
            matches!(api_version, "storage.k8s.io/v1" | "storage.k8s.io/v1beta1")
        }
        "ComponentStatus" | "Namespace" | "Node" | "NodeProxyOptions" | "PersistentVolume" => {
            api_version == "v1"
        }
        _ => false,
    }
}
