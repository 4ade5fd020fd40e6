// The closed lists of the registry, in its order.

export const TYPES = [
  ...['dwelling', 'multi_dwelling', 'care_home', 'hospital', 'school', 'public_assembly', 'office', 'shop'],
  ...['bank_or_valuables', 'hotel', 'industry', 'warehouse', 'farm', 'infrastructure', 'transport'],
  ...['vehicle_or_vessel', 'lone_worker', 'other', 'unspecified'],
];
export const HAZARDS = ['fire', 'gas', 'intrusion', 'panic', 'medical', 'water', 'environment', 'technical'];
export const TECHNOLOGIES = ['ip', 'mobile', 'pstn', 'radio', 'satellite'];
export const CATEGORIES = ['SP1', 'SP2', 'SP3', 'SP4', 'SP5', 'SP6', 'DP1', 'DP2', 'DP3', 'DP4'];
export const AGENCIES = ['police', 'brigade', 'ambulance', 'guard', 'lift', 'installer', 'other'];
export const ROLES = [
  ...['holder', 'deputy', 'manager', 'caretaker', 'resident', 'relative', 'guard', 'technician', 'other'],
];
export const AUTHORITIES = ['cancel', 'on_test', 'schedule', 'contacts', 'keys'];
export const CALL_LISTS = ['fire', 'intrusion', 'technical', 'open_close', 'care'];
export const SCHEDULE_KINDS = ['opening', 'check_in', 'tour', 'activity', 'test'];
