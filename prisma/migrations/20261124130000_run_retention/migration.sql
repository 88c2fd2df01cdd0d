-- CreateIndex
CREATE INDEX "runs_finished_at_idx" ON "execution"."runs"("finished_at");
