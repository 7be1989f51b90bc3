//! Which field of which built-in kind refers to what, as kustomize 5.8.2 has it. One of its rows is left out: that of
//! `IngressClass` asks for a group which no such resource has.

/// What is referred to; an empty part fits everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Referred {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) kind: &'static str,
}

const fn core(kind: &'static str) -> Referred {
    Referred {
        group: "",
        version: "v1",
        kind,
    }
}

const fn any(kind: &'static str) -> Referred {
    Referred {
        group: "",
        version: "",
        kind,
    }
}

const fn of(group: &'static str, version: &'static str, kind: &'static str) -> Referred {
    Referred { group, version, kind }
}

const CONFIG_MAP: Referred = core("ConfigMap");
const SECRET: Referred = core("Secret");
const SERVICE: Referred = core("Service");
const RBAC: &str = "rbac.authorization.k8s.io";

/// Fields of a pod's `spec` in all kinds that hold one but for `ReplicationController`.
pub(super) const POD: &[(Referred, &str)] = &[
    (CONFIG_MAP, "volumes/configMap/name"),
    (CONFIG_MAP, "containers/env/valueFrom/configMapKeyRef/name"),
    (CONFIG_MAP, "initContainers/env/valueFrom/configMapKeyRef/name"),
    (CONFIG_MAP, "containers/envFrom/configMapRef/name"),
    (CONFIG_MAP, "initContainers/envFrom/configMapRef/name"),
    (CONFIG_MAP, "volumes/projected/sources/configMap/name"),
    (SECRET, "volumes/secret/secretName"),
    (SECRET, "containers/env/valueFrom/secretKeyRef/name"),
    (SECRET, "initContainers/env/valueFrom/secretKeyRef/name"),
    (SECRET, "containers/envFrom/secretRef/name"),
    (SECRET, "initContainers/envFrom/secretRef/name"),
    (SECRET, "imagePullSecrets/name"),
    (SECRET, "volumes/projected/sources/secret/name"),
];

/// Fields of a pod's `spec` in all kinds that hold one but for `ReplicaSet` and `PodTemplate`.
pub(super) const POD_ACCOUNT: &[(Referred, &str)] = &[
    (core("ServiceAccount"), "serviceAccountName"),
    (
        core("PersistentVolumeClaim"),
        "volumes/persistentVolumeClaim/claimName",
    ),
    (
        of("scheduling.k8s.io", "v1", "PriorityClass"),
        "priorityClassName",
    ),
];

/// A field of a kind that refers to something: the kind with its group, then what is referred to, and where.
pub(super) type Row = (&'static str, &'static str, Referred, &'static str);

pub(super) const OTHER: &[Row] = &[
    (
        "HorizontalPodAutoscaler",
        "",
        any("Deployment"),
        "spec/scaleTargetRef/name",
    ),
    (
        "HorizontalPodAutoscaler",
        "",
        any("ReplicationController"),
        "spec/scaleTargetRef/name",
    ),
    (
        "HorizontalPodAutoscaler",
        "",
        any("ReplicaSet"),
        "spec/scaleTargetRef/name",
    ),
    (
        "HorizontalPodAutoscaler",
        "",
        any("StatefulSet"),
        "spec/scaleTargetRef/name",
    ),
    ("Node", "", CONFIG_MAP, "spec/configSource/configMap"),
    ("Role", "", CONFIG_MAP, "rules/resourceNames"),
    ("ClusterRole", "", CONFIG_MAP, "rules/resourceNames"),
    (
        "Ingress",
        "",
        CONFIG_MAP,
        "metadata/annotations/nginx.ingress.kubernetes.io~1fastcgi-params-configmap",
    ),
    ("Ingress", "", SECRET, "spec/tls/secretName"),
    (
        "Ingress",
        "",
        SECRET,
        "metadata/annotations/ingress.kubernetes.io~1auth-secret",
    ),
    (
        "Ingress",
        "",
        SECRET,
        "metadata/annotations/nginx.ingress.kubernetes.io~1auth-secret",
    ),
    (
        "Ingress",
        "",
        SECRET,
        "metadata/annotations/nginx.ingress.kubernetes.io~1auth-tls-secret",
    ),
    ("ServiceAccount", "", SECRET, "imagePullSecrets/name"),
    ("StorageClass", "", SECRET, "parameters/secretName"),
    ("StorageClass", "", SECRET, "parameters/adminSecretName"),
    ("StorageClass", "", SECRET, "parameters/userSecretName"),
    ("StorageClass", "", SECRET, "parameters/secretRef"),
    ("Role", "", SECRET, "rules/resourceNames"),
    ("ClusterRole", "", SECRET, "rules/resourceNames"),
    (
        "Service",
        "serving.knative.dev",
        SECRET,
        "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
    ),
    ("PersistentVolume", "", SECRET, "spec/azureFile/secretName"),
    ("StatefulSet", "apps", SERVICE, "spec/serviceName"),
    (
        "Ingress",
        "",
        SERVICE,
        "spec/rules/http/paths/backend/serviceName",
    ),
    ("Ingress", "", SERVICE, "spec/backend/serviceName"),
    (
        "Ingress",
        "",
        SERVICE,
        "spec/rules/http/paths/backend/service/name",
    ),
    ("Ingress", "", SERVICE, "spec/defaultBackend/service/name"),
    (
        "APIService",
        "apiregistration.k8s.io",
        SERVICE,
        "spec/service/name",
    ),
    (
        "ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        SERVICE,
        "webhooks/clientConfig/service",
    ),
    (
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io",
        SERVICE,
        "webhooks/clientConfig/service",
    ),
    ("RoleBinding", RBAC, of(RBAC, "", "Role"), "roleRef/name"),
    ("RoleBinding", RBAC, of(RBAC, "", "ClusterRole"), "roleRef/name"),
    (
        "ClusterRoleBinding",
        RBAC,
        of(RBAC, "", "ClusterRole"),
        "roleRef/name",
    ),
    ("RoleBinding", RBAC, core("ServiceAccount"), "subjects"),
    ("ClusterRoleBinding", RBAC, core("ServiceAccount"), "subjects"),
    (
        "PersistentVolumeClaim",
        "",
        core("PersistentVolume"),
        "spec/volumeName",
    ),
    ("ClusterRole", "", core("PersistentVolume"), "rules/resourceNames"),
    (
        "PersistentVolume",
        "",
        of("storage.k8s.io", "v1", "StorageClass"),
        "spec/storageClassName",
    ),
    (
        "PersistentVolumeClaim",
        "",
        of("storage.k8s.io", "v1", "StorageClass"),
        "spec/storageClassName",
    ),
    (
        "StatefulSet",
        "",
        of("storage.k8s.io", "v1", "StorageClass"),
        "spec/volumeClaimTemplates/spec/storageClassName",
    ),
    (
        "ValidatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io",
        of("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy"),
        "spec/policyName",
    ),
];

/// Where a kind holds a pod's `spec`.
pub(super) fn pod_path(kind: &str, version: &str) -> Option<&'static str> {
    match kind {
        "Pod" if version == "v1" => Some("spec"),
        "PodTemplate" => Some("template/spec"),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" | "ReplicationController" => {
            Some("spec/template/spec")
        }
        "CronJob" => Some("spec/jobTemplate/spec/template/spec"),
        _ => None,
    }
}
