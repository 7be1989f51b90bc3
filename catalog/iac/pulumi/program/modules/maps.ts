/** A map with the same keys and other values; what Terraform's `for_each` is in this program. */
export function mapValues<V, W>(map: Record<string, V>, value: (value: V, key: string) => W): Record<string, W> {
    return Object.fromEntries(Object.entries(map).map(([key, of]) => [key, value(of, key)]));
}

/** A value per name. A name that stands twice would be one resource under two places of the list. */
export function byName<W>(names: string[], value: (name: string) => W): Record<string, W> {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
        throw new Error(`${twice} is listed twice.`);
    }
    return Object.fromEntries(names.map(name => [name, value(name)]));
}
