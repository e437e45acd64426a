ALTER TABLE `books` ADD `read` integer DEFAULT false NOT NULL;
