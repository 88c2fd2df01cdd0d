-- A fact that found the queue of its webhook full is in the log, and not in the queue.
ALTER TABLE "governance"."webhook_deliveries" DROP CONSTRAINT "webhook_deliveries_status";
ALTER TABLE "governance"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_status" CHECK ("status" IN ('pending', 'delivered', 'failed', 'dropped'));
