import { certificates as requested } from "../modules/certificates";
import { settings } from "../modules/stack";

const made = requested(settings<{ certificates: Record<string, string[]> }>().certificates);

export const certificates = made.certificates;
export const validation_records = made.validationRecords; // for zone, which puts them into DNS
