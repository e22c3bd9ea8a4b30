export { type PromotionPlan, planPromotion } from "./plan-promotion.js";
export { type PromotionRequest, type PromotionResult, promote } from "./promote.js";
