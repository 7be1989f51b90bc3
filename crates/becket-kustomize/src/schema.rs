//! What of Kubernetes' schema a strategic merge needs: which lists of the built-in kinds are merged, and by which keys. As
//! kustomize 5.8.2 knows it (Kubernetes 1.21); lists of other kinds are replaced whole.

/// What is known of a value by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing: it belongs to a kind that is not built in.
    Unknown,
    /// Nothing below it is merged by key.
    Plain,
    /// A resource, by the shape of its `spec`, with its `metadata` and `status`.
    Root(Spec),
    Metadata,
    Spec(Spec),
    JobTemplate,
    PodTemplate,
    Container,
    EphemeralContainer,
    Volume,
    EphemeralVolume,
    ClaimTemplate,
    Status,
}

/// The `spec` of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spec {
    /// Nothing below it is merged by key.
    Plain,
    /// Holds a pod `template`.
    Workload,
    CronJob,
    Pod,
    Service,
    /// A kind without `spec`, with `webhooks`.
    Webhooks,
    /// A kind without `spec`, with `secrets`.
    ServiceAccount,
    /// A kind without `spec`, with a pod `template`.
    PodTemplate,
    CsiNode,
    Node,
}

/// The keys of a merged list; none at all for a list of plain values.
pub(crate) type MergeKeys = &'static [&'static str];

/// The shape of resources of a kind.
pub(crate) fn root(api_version: &str, kind: &str) -> Shape {
    let spec = match (api_version, kind) {
        ("apps/v1", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch/v1", "Job")
        | ("v1", "ReplicationController") => Spec::Workload,
        ("batch/v1" | "batch/v1beta1", "CronJob") => Spec::CronJob,
        ("v1", "Pod") => Spec::Pod,
        ("v1", "PodTemplate") => Spec::PodTemplate,
        ("v1", "Service") => Spec::Service,
        ("v1", "ServiceAccount") => Spec::ServiceAccount,
        ("v1", "Node") => Spec::Node,
        ("storage.k8s.io/v1" | "storage.k8s.io/v1beta1", "CSINode") => Spec::CsiNode,
        (
            "admissionregistration.k8s.io/v1" | "admissionregistration.k8s.io/v1beta1",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => Spec::Webhooks,
        (
            "v1",
            "Binding"
            | "ComponentStatus"
            | "ConfigMap"
            | "Endpoints"
            | "Event"
            | "LimitRange"
            | "Namespace"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "ResourceQuota"
            | "Secret",
        )
        | ("apps/v1", "ControllerRevision")
        | ("apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition")
        | ("apiregistration.k8s.io/v1" | "apiregistration.k8s.io/v1beta1", "APIService")
        | ("autoscaling/v1" | "autoscaling/v2beta1" | "autoscaling/v2beta2", "HorizontalPodAutoscaler")
        | ("autoscaling/v1", "Scale")
        | ("certificates.k8s.io/v1" | "certificates.k8s.io/v1beta1", "CertificateSigningRequest")
        | ("coordination.k8s.io/v1" | "coordination.k8s.io/v1beta1", "Lease")
        | ("discovery.k8s.io/v1" | "discovery.k8s.io/v1beta1", "EndpointSlice")
        | ("events.k8s.io/v1" | "events.k8s.io/v1beta1", "Event")
        | ("extensions/v1beta1", "Ingress")
        | ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema" | "PriorityLevelConfiguration")
        | ("networking.k8s.io/v1" | "networking.k8s.io/v1beta1", "Ingress" | "IngressClass")
        | ("networking.k8s.io/v1", "NetworkPolicy")
        | ("node.k8s.io/v1" | "node.k8s.io/v1beta1", "RuntimeClass")
        | ("policy/v1" | "policy/v1beta1", "PodDisruptionBudget")
        | ("policy/v1beta1", "PodSecurityPolicy")
        | (
            "rbac.authorization.k8s.io/v1" | "rbac.authorization.k8s.io/v1beta1",
            "ClusterRole" | "ClusterRoleBinding" | "Role" | "RoleBinding",
        )
        | ("scheduling.k8s.io/v1" | "scheduling.k8s.io/v1beta1", "PriorityClass")
        | (
            "storage.k8s.io/v1" | "storage.k8s.io/v1beta1",
            "CSIDriver" | "CSIStorageCapacity" | "StorageClass" | "VolumeAttachment",
        ) => Spec::Plain,
        _ => return Shape::Unknown,
    };
    Shape::Root(spec)
}

impl Shape {
    /// The shape of the field `name`, and its merge keys where it is a list that is merged; then the shape is that of an
    /// item.
    #[expect(
        clippy::match_same_arms,
        reason = "a row per field, in the order of the kinds"
    )]
    pub(crate) fn field(self, name: &str) -> (Self, Option<MergeKeys>) {
        let plain = |shape| (shape, None);
        match (self, name) {
            (Self::Unknown, _) => plain(Self::Unknown),
            (Self::Root(_) | Self::JobTemplate | Self::PodTemplate | Self::ClaimTemplate, "metadata") => {
                plain(Self::Metadata)
            }
            (Self::Root(Spec::Webhooks), "webhooks") => (Self::Plain, Some(&["name"])),
            (Self::Root(Spec::ServiceAccount), "secrets") => (Self::Plain, Some(&["name"])),
            (Self::Root(Spec::PodTemplate), "template") => plain(Self::PodTemplate),
            (Self::Root(_), "status") => plain(Self::Status),
            (Self::Root(spec), "spec") => plain(Self::Spec(spec)),
            (Self::Metadata, "finalizers") => (Self::Plain, Some(&[])),
            (Self::Metadata, "ownerReferences") => (Self::Plain, Some(&["uid"])),
            (Self::Spec(Spec::Workload), "template") => plain(Self::PodTemplate),
            (Self::Spec(Spec::CronJob), "jobTemplate") => plain(Self::JobTemplate),
            (Self::JobTemplate, "spec") => plain(Self::Spec(Spec::Workload)),
            (Self::PodTemplate, "spec") => plain(Self::Spec(Spec::Pod)),
            (Self::Spec(Spec::Service), "ports") => (Self::Plain, Some(&["port", "protocol"])),
            (Self::Spec(Spec::CsiNode), "drivers") => (Self::Plain, Some(&["name"])),
            (Self::Spec(Spec::Node), "podCIDRs") => (Self::Plain, Some(&[])),
            (Self::Spec(Spec::Pod), _) => match name {
                "containers" | "initContainers" => (Self::Container, Some(&["name"])),
                "ephemeralContainers" => (Self::EphemeralContainer, Some(&["name"])),
                "volumes" => (Self::Volume, Some(&["name"])),
                "hostAliases" => (Self::Plain, Some(&["ip"])),
                "imagePullSecrets" => (Self::Plain, Some(&["name"])),
                "topologySpreadConstraints" => (Self::Plain, Some(&["topologyKey", "whenUnsatisfiable"])),
                _ => plain(Self::Plain),
            },
            (Self::Container, "ports") => (Self::Plain, Some(&["containerPort", "protocol"])),
            (Self::Container | Self::EphemeralContainer, "env") => (Self::Plain, Some(&["name"])),
            (Self::Container | Self::EphemeralContainer, "volumeDevices") => {
                (Self::Plain, Some(&["devicePath"]))
            }
            (Self::Container | Self::EphemeralContainer, "volumeMounts") => {
                (Self::Plain, Some(&["mountPath"]))
            }
            (Self::Volume, "ephemeral") => plain(Self::EphemeralVolume),
            (Self::EphemeralVolume, "volumeClaimTemplate") => plain(Self::ClaimTemplate),
            (Self::Status, "conditions") => (Self::Plain, Some(&["type"])),
            _ => plain(Self::Plain),
        }
    }
}
