/**
 * The range of a zone's subnet in the /56 of a VPC. The zone's letter decides, so that ranges move as little as those of
 * IPv4: two per zone, the public one first.
 */
export function ipv6Subnet(block: string, zone: string, isPrivate: boolean): string {
    const letter = zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0);
    const number = 2 * letter + (isPrivate ? 1 : 0);
    const [address = ""] = block.split("::/");
    const groups = address.split(":").map(group => parseInt(group, 16));
    const network = [0, 1, 2, 3].map(index => groups[index] ?? 0);
    network[3]! += number;
    while (network.at(-1) === 0) {
        network.pop();
    }
    return `${network.map(group => group.toString(16)).join(":")}::/64`;
}
