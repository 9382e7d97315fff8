/** More deletions than this, or than this share of what lives, are not believed without a person. */
const MOST_GONE = 500;
const MOST_GONE_SHARE = 0.2;

/** Whether a full sync that would remove `gone` of `living` rows holds them back for review. */
export const isHeld = (gone: number, living: number): boolean => gone > MOST_GONE || gone > living * MOST_GONE_SHARE;

/** How long held deletions can be approved; the next full sync finds them again. */
const REVIEW_MS = 30 * 24 * 3_600_000;

/** Rows that a full sync did not find and did not remove, and what was decided of them. */
export interface Review {
  gone: number;
  living: number;
  decision: 'open' | 'approved' | 'discarded';
  at: Date;
}

export const isInTime = (review: Review, now: Date): boolean => now.getTime() - review.at.getTime() < REVIEW_MS;

export const isOpen = (review: Review | null, now: Date): review is Review =>
  review?.decision === 'open' && isInTime(review, now);
