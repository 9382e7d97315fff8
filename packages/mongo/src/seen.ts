/** Ids of events a document remembers having handled; behind that the event's version decides. */
const SEEN_LIMIT = 50;

/** Filter: the document has not handled this event. */
export const unseen = (eventId: string) => ({ seen: { $ne: eventId } });

/** Update, in the same write as the effect: the document handled this event. */
export const markSeen = (eventId: string) => ({ seen: { $each: [eventId], $slice: -SEEN_LIMIT } });
